import type { Session, UpdateSessionRequest } from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'

export const sessions = {
  /** Ends a session. Scope: `delete:sessions`. */
  delete: del('/sessions/{id}'),
  /** Gets a session. Scope: `read:sessions`. */
  get: get('/sessions/{id}', { returns: of<Session>() }),
  /** Updates a session. Scope: `update:sessions`. */
  update: patch('/sessions/{id}', { body: optional<UpdateSessionRequest>(), returns: of<Session>() }),
  /** Ends a session and revokes its refresh tokens. Scope: `delete:sessions` or `delete:refresh_tokens`. */
  revoke: post('/sessions/{id}/revoke')
}
