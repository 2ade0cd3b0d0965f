/**
 * Members of objects and classes that nobody outside of the client and the React door sees. The build gives them short
 * names: written out, they are a fortieth of what an app downloads. A name belongs here only if it stands in no
 * declaration and in no text, is no key that anybody reads or is shown, and none of a platform's:
 * `test/client/internal-names.test.ts` and `npm run test:artefact` look.
 */
const INTERNAL_NAMES = `
  abortOverdue acquireAtOnce acquireInTime adoptSupplied afterLimit answerRing askAgainAfterMs askedGuest
  assertLive assertNotReentered attemptEndsAt authType backOff beforeConnected blockedAt blockedForMs calledAt
  callerId canReplace changeToken circuitOpenError commitOptions connectionChanged connectionIdUnknown
  countExpiry countUnusable delayMs earlyTokenDelayMs emitFromServer emitToAll endSession endWaitFor
  evidenceAt firstMs flagsChanged floorMs followUser forGood goOffline goOnline hasConsumer hasDemand hasEnded
  hasJoined hasJoinedCall hasKept hasToken identityKey isAbandoned isAccepted isAnonymous isAnswer isAsTold
  isBlocked isByHand isCallingProvider isCurrent isCutOff isDropped isEnded isEvidence isHandBack isJoined
  isKnown isOnRequestOnly isOneShot isOnline isReconnect isRefused isRinging isRunning isSuspended isVisible
  isWatched isWatchedOn joinedAttemptMs joinsInVain lastRing learnFromDateHeader learnFromFrame learnFromToken
  learnTime leaveAll limitMs loseAccess loseWatch marginMs maxBytes mayCancel mayCutOff monotonicMs mountOnce
  needsNoToken networkRetries notAllowed noteEarlyRefusals noteRefused noteReplay noteUptime noticeTime
  offsetAt offsetWithoutTokensAt onChange onFrame onProgress onServerEvent onSnapshot ownAttemptMs ownUserId
  prepareForNext providerLimitMs readSnapshot refreshIfDue refuseForGood renewSince replaceFor requestedAt
  resetBlocks rollBack rollBackAfterRejection serverClock setInBackground setProvider signOfLife startedAt
  tellSkew tiesIoToRequests tokenExpired tokenNotYetValid tokenSignature tokenUsedBeforeIssued
  tooManyConnections untilOver waitForId wantsEvents warnOnce watchAgain youngerThanMs
`;

export const internalNames: readonly string[] = INTERNAL_NAMES.trim().split(/\s+/);

/** For esbuild's `mangleProps`. */
export const shortenedNames = new RegExp(`^(?:${internalNames.join('|')})$`);
