import type { DeleteUserGrantByUserIdQuery, ListUserGrantsQuery, UserGrant } from '../../../types/management.js'
import { del, of } from '../endpoint.js'
import { offsetList } from '../lists.js'

export const userGrants = {
  /** Deletes all grants of a user. Scope: `delete:grants`. */
  deleteByUserId: del('/grants', { query: of<DeleteUserGrantByUserIdQuery>() }),
  /** Lists the grants users gave applications. Scope: `read:grants`. */
  list: offsetList('/grants', 'grants', { query: of<ListUserGrantsQuery>(), items: of<UserGrant>() }),
  /** Deletes a user's grant. Scope: `delete:grants`. */
  delete: del('/grants/{id}')
}
