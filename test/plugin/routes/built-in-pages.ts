import type { Test } from 'tap'
import type { Auth0Options } from '../../../types/index.js'
import { Site } from '../../flows/site.js'

/** Every page the plugin makes by itself, as HTML. */
export async function builtInPages (t: Test, options: Partial<Auth0Options> = {},
  headers: Record<string, string> = {}): Promise<Record<string, string>> {
  const s = new Site(options)
  s.app.after(() => {
    const { requireSession, requireClaims } = s.app.auth0
    s.app.get('/role', { preHandler: requireClaims({ role: 'admin' }) }, async () => 'x')
    s.app.addContentTypeParser('application/x-www-form-urlencoded', (_request, payload, done) => {
      payload.resume()
      done(null)
    })
    s.app.post('/save', { onRequest: requireSession }, async () => 'saved')
  })
  await s.app.ready()
  t.teardown(async () => await s.app.close())
  const { tenant } = s
  const ada = await s.member()
  const answer = async (params: Record<string, string>): Promise<string> => {
    const browser = s.browser()
    const path = tenant.callback(await s.start(browser), params)
    return (await browser.navigate(path, headers)).body
  }
  const cancelled = await answer({ error: 'access_denied', error_description: 'User <b>did not</b> authorize.' })
  const visitor = s.browser()
  const popup = await visitor.navigate(tenant.callback(await s.start(visitor, '/auth/login?display=popup')), headers)
  tenant.scripts.set('authorization_code', () => ({ status: 503, json: {} }))
  const away = await answer({ code: 'x' })
  return {
    cancelled,
    popup: popup.body,
    away,
    forbidden: (await ada.navigate('/role', headers)).body,
    'form-not-saved': (await s.browser().submit('/save', { a: '1' }, headers)).body,
    logout: (await ada.navigate('/auth/logout', { ...headers, 'sec-fetch-site': 'cross-site' })).body
  }
}
