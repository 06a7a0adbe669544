import t from 'tap'
import { checkLogoutParams } from '../../../lib/flows/logout/logout.js'

t.test('parameters of a logout', async t => {
  for (const name of ['client_id', 'returnTo', 'post_logout_redirect_uri', 'id_token_hint', 'logout_hint',
    'federated']) {
    t.throws(() => checkLogoutParams({ [name]: 'x' }), {
      argument: `logoutParams.${name}`,
      message: /set by the plugin/
    })
  }
  t.throws(() => checkLogoutParams({ a: 1 as never }), { argument: 'logoutParams.a', message: /must be a string/ })
  const given = { a: 'b' }
  t.equal(checkLogoutParams(given), given)
})
