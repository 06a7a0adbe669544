import { isDeepStrictEqual } from 'node:util'
import type { CustomSession, UserClaims } from '../../../types/session.js'
import type { SessionRecord } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'
import { beforeSaved, type SaveFacts } from './before-saved.js'

type Fields = Record<string, unknown>

/** What is to change in a session; a field given as `undefined` is removed. */
export interface SessionChanges {
  user: Fields
  custom: Fields
}

/**
 * The changes with what the application's hook makes of them. Still changes, not a session:
 * by the time they are written, another request may have written others.
 */
export async function hookedChanges (context: PluginContext, request: RequestContext, record: SessionRecord,
  changes: SessionChanges, facts: Omit<SaveFacts, 'previous'>): Promise<SessionChanges> {
  const asked = {
    user: merge(record.user, changes.user) as UserClaims,
    custom: merge(record.custom ?? {}, changes.custom) as CustomSession
  }
  const { user, custom } = await beforeSaved(context, request, asked, { ...facts, previous: record })
  return {
    user: { ...changes.user, ...difference(asked.user, user) },
    custom: { ...changes.custom, ...difference(asked.custom, custom) }
  }
}

/** The session with the changes; the same object where they change nothing. */
export function withChanges (record: SessionRecord, changes: SessionChanges): SessionRecord {
  const before = { user: record.user, custom: record.custom ?? {} }
  const after = {
    user: merge(before.user, changes.user) as UserClaims,
    custom: merge(before.custom, changes.custom) as CustomSession
  }
  return isDeepStrictEqual(before, after) ? record : { ...record, ...after }
}

function merge (before: Fields, changes: Fields): Fields {
  const merged = { ...before }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete merged[name]
    // An assignment would give the session a prototype, whose members everybody would read as claims.
    else if (name !== '__proto__') merged[name] = value
  }
  return merged
}

function difference (before: Fields, after: Fields): Fields {
  const changed = Object.keys({ ...before, ...after }).filter(name => !isDeepStrictEqual(before[name], after[name]))
  return Object.fromEntries(changed.map(name => [name, after[name]]))
}
