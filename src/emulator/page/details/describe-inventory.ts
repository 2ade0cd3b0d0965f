import { shown, shownJson, timeOfDay } from '../../../timeline/format.js';
import type { ListedCall, ListedUser } from '../../control/inventory.js';
import { participantName } from '../live/participant-name.js';
import type { Detail, DetailSection, Fact } from './detail.js';

function customSection(custom: unknown): DetailSection[] {
  const isEmpty = Object.keys(custom as object).length === 0;
  return isEmpty ? [] : [{ title: 'Custom data', facts: [], text: shownJson(custom) }];
}

export function describeUser(id: string, user: ListedUser): Detail {
  const facts: Fact[] = [
    ['name', shown(user.name ?? 'none')],
    ['role', shown(user.role)],
    ['sockets', String(user.sockets)],
    ['created', timeOfDay(user.createdAt)],
  ];
  if (user.teams.length > 0) facts.push(['teams', shown(user.teams.join(', '))]);
  if (user.revokedBefore !== undefined)
    facts.push(['tokens refused', `if issued before ${timeOfDay(user.revokedBefore)}`]);
  const isBarred = !['connected', 'not connected'].includes(user.state);
  return {
    id,
    title: `User ${shown(user.id, 80)}`,
    label: 'User',
    tone: isBarred ? 'bad' : user.sockets > 0 ? 'good' : 'neutral',
    summary: user.state,
    sections: [{ title: 'User', facts }, ...customSection(user.custom)],
  };
}

export function describeCall(id: string, call: ListedCall): Detail {
  const facts: Fact[] = [
    ['made by', shown(call.createdById)],
    ['watching', String(call.watchers)],
    ['created', timeOfDay(call.createdAt)],
  ];
  if (call.startsAt !== undefined) facts.push(['starts', new Date(call.startsAt).toLocaleString()]);
  if (call.endedAt !== undefined) facts.push(['ended', timeOfDay(call.endedAt)]);
  if (call.acceptedBy.length > 0) facts.push(['accepted by', shown(call.acceptedBy.join(', '))]);
  if (call.rejectedBy.length > 0) facts.push(['rejected by', shown(call.rejectedBy.join(', '))]);
  if (call.running.length > 0) facts.push(['running', call.running.join(', ')]);
  const members = call.members.map(({ userId, role }): Fact => [shown(userId, 60), shown(role ?? 'no role')]);
  const present = call.participants.map(
    (one): Fact => [participantName(one), one.tracks.join(', ') || 'no track'],
  );
  const rest = call.memberCount - members.length;
  return {
    id,
    title: `Call ${shown(call.cid, 100)}`,
    label: 'Call',
    tone: call.state === 'ended' ? 'bad' : call.state === 'ongoing' ? 'good' : 'neutral',
    summary: call.state,
    sections: [
      { title: 'Call', facts },
      ...(present.length === 0 ? [] : [{ title: 'On the media side', facts: present }]),
      {
        title: `${call.memberCount === 0 ? 'No' : call.memberCount} members${rest > 0 ? `, the first ${members.length}` : ''}`,
        facts: members,
      },
      ...customSection(call.custom),
    ],
  };
}
