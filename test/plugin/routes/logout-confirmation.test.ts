import { createHmac } from 'node:crypto'
import t from 'tap'
import { confirmation, isConfirmed } from '../../../lib/plugin/routes/logout-confirmation.js'

t.test('the form of the confirmation page is good for its session, with each secret', async t => {
  const asked = (id: string | undefined, ...sessionSecrets: string[]) => ({
    context: { config: { sessionSecrets } },
    requestContext: () => ({ session: id === undefined ? undefined : { record: { id } }, untouched: false })
  }) as never
  const request = {} as never
  const signed = (secret: string, id: string) =>
    createHmac('sha256', secret).update(`logout confirmation|${id}`).digest('base64url')
  t.equal(await confirmation(asked('a', 'new', 'old'), request), signed('new', 'a'))
  t.equal(await confirmation(asked(undefined, 'new'), request), undefined)
  const confirmed = async (id: string | undefined, form: Record<string, string>) =>
    await isConfirmed(asked(id, 'new', 'old'), request, new URLSearchParams(form))
  for (const [id, token, is] of [
    ['a', signed('new', 'a'), true], ['a', signed('old', 'a'), true], ['a', signed('other', 'a'), false],
    ['a', signed('new', 'b'), false], ['b', signed('new', 'a'), false], [undefined, signed('new', 'a'), false],
    ['a', signed('new', 'a').slice(0, 20), false], ['a', `${signed('new', 'a')}AAAA`, false], ['a', '', false]
  ] as const) t.equal(await confirmed(id, { confirmation: token }), is, `${id} ${token}`)
  t.equal(await confirmed('a', {}), false)
})
