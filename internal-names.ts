/**
 * Members of objects and classes that nobody outside of the client and the React door sees. The build gives them short
 * names: written out, they are a fortieth of what an app downloads. A name belongs here only if it stands in no
 * declaration and in no text, is no key that anybody reads or is shown, and none of a platform's:
 * `test/client/internal-names.test.ts` and `npm run test:artefact` look.
 */
const INTERNAL_NAMES = `
  abortOverdue acceptedAt acquire acquireAtOnce acquired acquireInTime adoptSupplied afterLimit announce answerRing
  arrival askedGuest assertLive assertNotReentered attemptEndsAt authType backOff beforeConnected blockedAt
  blockedForMs budget calledAt callerId canReplace changeToken circuitOpenError commitOptions connectionChanged
  countExpiry countUnusable cutOff decide delayMs depart earlyTokenDelayMs emit emitFromServer emitToAll ending
  endSession endWaitFor evidenceAt expiresAtMs firstRejectedAt flagsChanged flight floorMs followUser forGood
  goOffline goOnline hasConsumer hasDemand hasEnded hasJoined hasJoinedCall hasKept hasToken identityKey
  isAbandoned isAccepted isAnonymous isAnswer isAsTold isBlocked isByHand isCurrent isCutOff
  isDropped isEnded isEvidence isHandBack isJoin isJoined isKnown isOneShot isOnline isOnRequestOnly isOpen isOver
  isOwn isReconnect isRefreshing isRefused isRinging issuedAtMs isSuspended isVisible isWatched isWatchedOn
  joinsInVain lastRing learnFromDateHeader learnFromFrame learnFromToken learnTime leaveAll leftMs limitMs
  loseAccess loseWatch maxBytes mayCancel mayCutOff momentOfTick monotonicMs mountOnce needsNoToken networkRetries
  nextMs noteEarlyRefusals noteRefused noteReplay noteUptime noticeTime offsetAt offsetWithoutTokensAt onChange
  onFrame onLate onProgress onServerEvent onSnapshot opened overtake ownUserId postpone prepare prepareForNext
  providerLimitMs readSnapshot receivedAt records refreshIfDue refuse refuseForGood rejectedByServerAt removes
  renewSince replaceFor requestedAt resetBlocks ringOutcomes rollBack rollBackAfterRejection scheduler serverClock
  setInBackground setProvider settle signOfLife startedAt supersede supplied supply tabKey tellSkew
  tiesIoToRequests uncounted unlink untilOver unusable usedAt verdicts waiters waitForId wallMs wantsEvents
  warnOnce watchAgain
`;

export const internalNames: readonly string[] = INTERNAL_NAMES.trim().split(/\s+/);

/** For esbuild's `mangleProps`. */
export const shortenedNames = new RegExp(`^(?:${internalNames.join('|')})$`);
