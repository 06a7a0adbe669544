import t from 'tap'
import { placeInApp, type AppPath } from '../../lib/flows/app-path.js'

const base = { origin: 'https://app.example.com', basePath: '/base', secure: true }

t.test('a place in the application', async t => {
  t.equal(placeInApp(base, '/base/x' as AppPath), '/x')
  t.equal(placeInApp(base, '/base' as AppPath), 'https://app.example.com/base')
  t.equal(placeInApp(base, '/other' as AppPath), 'https://app.example.com/other')
})
