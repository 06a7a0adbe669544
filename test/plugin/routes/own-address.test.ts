import t from 'tap'
import { loginAtOwnAddress } from '../../../lib/plugin/routes/own-address.js'

t.test('a login at another name of the same host begins at the own address', async t => {
  const at = (hostname: string, origins: string[], url = '/in?a=1') => loginAtOwnAddress({
    appBases: origins.map(origin => ({ origin, basePath: '/b', secure: true })), prefix: '/p', routes: { login: '/in' }
  } as never)?.({ hostname } as never, new URL(url, 'https://any.test').searchParams)
  const own = 'https://app.example.com'
  t.equal(at('www.app.example.com', [own]), `${own}/b/p/in?a=1&moved=1`)
  t.equal(at('WWW.app.example.com', [own]), `${own}/b/p/in?a=1&moved=1`)
  t.equal(at('example.com', ['https://www.example.com']), 'https://www.example.com/b/p/in?a=1&moved=1')
  t.equal(at('127.0.0.1', ['http://localhost:3000']), 'http://localhost:3000/b/p/in?a=1&moved=1')
  for (const [hostname, origins, url] of [
    ['app.example.com', [own]], ['', [own]], ['other.example.com', [own]], ['localhost', [own]],
    ['www.app.example.com', []],
    ['127.0.0.1', [own]], ['www.app.example.com', [own, 'https://b.test']], ['www.app.example.com', [own], '/in?moved'],
    ['app.example.com', ['http://localhost']]
  ] as [string, string[], string?][]) t.equal(at(hostname, origins, url), undefined, `${hostname} ${origins}`)
})
