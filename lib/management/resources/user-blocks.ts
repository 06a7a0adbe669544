import type {
  DeleteUserBlocksByIdentifierQuery, ListUserBlocksByIdentifierQuery, ListUserBlocksQuery, UserBlocks
} from '../../../types/management.js'
import { del, get, of } from '../endpoint.js'

export const userBlocks = {
  /**
   * Lifts the brute-force blocks of a user, found by e-mail address, username or phone number. Scope: `update:users`.
   */
  deleteByIdentifier: del('/user-blocks', { query: of<DeleteUserBlocksByIdentifierQuery>() }),
  /** Lists the brute-force blocks of a user, found by e-mail address, username or phone number. Scope: `read:users`. */
  listByIdentifier: get('/user-blocks', { query: of<ListUserBlocksByIdentifierQuery>(), returns: of<UserBlocks>() }),
  /** Lifts the brute-force blocks of a user. Scope: `update:users`. */
  delete: del('/user-blocks/{id}'),
  /** Lists the brute-force blocks of a user. Scope: `read:users`. */
  list: get('/user-blocks/{id}', { query: of<ListUserBlocksQuery>(), returns: of<UserBlocks>() })
}
