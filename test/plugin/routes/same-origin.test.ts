import t from 'tap'
import { isEmbedded, isForeignRead, isOwnNavigation, isSameOrigin } from '../../../lib/plugin/routes/same-origin.js'

const bases = [{ origin: 'https://app.example.com', basePath: '', secure: true }]
const asked = (headers: object) => ({ headers, raw: { headers } }) as never

t.test('which requests come from the application itself', async t => {
  const own = 'https://app.example.com'
  for (const [headers, same, foreign] of [
    [{}, false, false], [{ 'sec-fetch-site': 'same-origin' }, true, false], [{ 'sec-fetch-site': 'none' }, true, false],
    [{ 'sec-fetch-site': 'same-site' }, false, true], [{ 'sec-fetch-site': 'cross-site' }, false, true],
    [{ 'sec-fetch-site': 'cross-site', origin: own }, false, true], [{ origin: own }, true, false],
    [{ origin: 'https://evil.test' }, false, true], [{ origin: 'null' }, false, true],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.test' }, true, false]
  ] as const) {
    t.strictSame([isSameOrigin(bases, asked(headers)), isForeignRead(bases, asked(headers))], [same, foreign],
      JSON.stringify(headers))
  }
  for (const [site, mode, dest, embedded, navigates] of [
    ['cross-site', 'navigate', 'document', false, false], ['cross-site', 'navigate', undefined, false, false],
    ['cross-site', 'navigate', 'iframe', true, false], ['cross-site', 'no-cors', 'image', true, false],
    ['same-site', 'navigate', 'document', false, true], ['same-site', 'cors', 'empty', true, false],
    ['same-site', undefined, undefined, true, true], ['same-origin', 'cors', 'empty', false, true],
    ['same-origin', 'navigate', 'iframe', false, true], ['none', 'navigate', 'document', false, true],
    ['none', 'cors', undefined, false, false], ['none', undefined, undefined, false, true],
    ['cross-site', undefined, undefined, true, false], [undefined, 'navigate', 'iframe', false, false],
    // Navigations that a service worker passes on; images, as in what users write; frames in pages of neighbours.
    ['cross-site', 'navigate', 'empty', false, false], ['same-site', 'navigate', 'empty', false, true],
    ['same-origin', 'no-cors', 'image', false, false], ['same-origin', 'no-cors', 'empty', false, true],
    ['same-origin', 'cors', undefined, false, true], ['same-site', 'navigate', 'iframe', true, false]
  ] as const) {
    const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }
    t.strictSame([isEmbedded(asked(headers)), isOwnNavigation(bases, asked(headers))], [embedded, navigates],
      JSON.stringify(headers))
  }
  for (const [referer, is] of [[`${own}/x`, true], ['https://evil.test/', false], ['x', false], [undefined,
    false]] as const) {
    t.equal(isOwnNavigation(bases, asked({ referer })), is, String(referer))
  }
})
