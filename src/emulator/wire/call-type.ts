import type { CallType } from '../state/call-types.js';

// The creator of a call and the anonymous caller that a call token names are no roles that a server can assign.
const UNASSIGNABLE = new Set(['creator', 'listed']);

export function wireCallType(type: CallType): Record<string, unknown> {
  return {
    name: type.name,
    settings: type.settings,
    grants: Object.fromEntries([...type.grants].filter(([role]) => !UNASSIGNABLE.has(role))),
    notification_settings: type.notificationSettings,
    external_storage: type.externalStorage,
    created_at: type.createdAt,
    updated_at: type.updatedAt,
  };
}
