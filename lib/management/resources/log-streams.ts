import type { CreateLogStreamRequest, LogStream, UpdateLogStreamRequest } from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'

export const logStreams = {
  /** Lists log streams. Scope: `read:log_streams`. */
  list: get('/log-streams', { returns: of<LogStream[]>() }),
  /** Creates a log stream. Scope: `create:log_streams`. */
  create: post('/log-streams', { body: of<CreateLogStreamRequest>(), returns: of<LogStream>() }),
  /** Deletes a log stream. Scope: `delete:log_streams`. */
  delete: del('/log-streams/{id}'),
  /** Gets a log stream. Scope: `read:log_streams`. */
  get: get('/log-streams/{id}', { returns: of<LogStream>() }),
  /** Updates a log stream. Scope: `update:log_streams`. */
  update: patch('/log-streams/{id}', { body: optional<UpdateLogStreamRequest>(), returns: of<LogStream>() })
}
