import t from 'tap'
import { resolvePaths } from '../../../lib/plugin/options/paths.js'

t.test('which routes are mounted', async t => {
  const names = (given: object, how: object): string => Object.entries(resolvePaths(given,
    { mount: false, connectMode: undefined, deviceBound: false, prefix: '', ...how })).flatMap(([name, path]) =>
    path === undefined ? [] : [name]).join(' ')
  const plain = 'login callback logout backchannelLogout'
  t.equal(names({}, {}), '')
  t.equal(names({}, { mount: true }), plain)
  t.equal(names({ logout: false }, { mount: true }), 'login callback backchannelLogout')
  t.equal(names({}, { connectMode: 'link' }), 'connect connectCallback unconnect unconnectCallback')
  t.equal(names({ unconnect: false }, { connectMode: 'link' }), 'connect connectCallback unconnectCallback')
  t.equal(names({}, { connectMode: 'accounts' }), 'connect')
  t.equal(names({ connect: false }, { connectMode: 'accounts' }), '')
  t.equal(names({ profile: true, session: '/s', protectedResource: true }, {}), 'profile session protectedResource')
  t.equal(names({ profile: false, session: false }, { mount: true }), plain)
  t.equal(names({}, { deviceBound: true }), 'deviceRegistration deviceRefresh')
  t.throws(() => names({ login: '/x', callback: '/x' }, { mount: true }),
    { option: 'routes.callback', message: /must not be "\/x": that is the path of "routes\.login"/ })
  t.throws(() => names({ signin: '/x' }, {}), { option: 'routes.signin', message: /is not known\. Known are: login, / })
  t.throws(() => names({ postLogoutRedirect: '/x' }, {}), /is not known\. Use "logoutUrl"\./)
  t.throws(() => names({ logon: '/x' }, {}), /Did you mean "login"/)
})
