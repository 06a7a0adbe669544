import t from 'tap'
import { checkFoundOrganization, loginOrganization } from '../../../lib/flows/login/organization.js'

t.test('organizations of a login', async t => {
  const ask = async (enforced: unknown, asked: unknown) =>
    await loginOrganization({ organization: async () => enforced } as never, asked)
  t.equal(await ask(undefined, undefined), undefined)
  t.equal(await ask('o', undefined), 'o')
  t.equal(await ask('o', 'o'), 'o')
  t.equal(await ask(undefined, 'p'), 'p')
  await t.rejects(ask('o', 'p'), { argument: 'organization', message: /one organization only/ })
  for (const wrong of ['', ' ', 5, null]) await t.rejects(ask(undefined, wrong), { message: /non-empty id or name/ })
  const asked: unknown[] = []
  const found = async (transaction: object, claims: object, allow?: (request: unknown, id: string) => unknown) =>
    await checkFoundOrganization({ config: { allowOrganization: allow } } as never, { original: 'r' } as never,
      transaction as never, claims as never)
  const allow = (answer: unknown) => (...args: unknown[]) => {
    asked.push(args)
    return answer
  }
  await found({ enterprise: true }, { org_id: 'o' })
  await found({}, { org_id: 'o' }, allow(false))
  await found({ enterprise: true, organization: 'o' }, { org_id: 'o' }, allow(false))
  t.strictSame(asked, [])
  await found({ enterprise: true }, { org_id: 'o' }, allow(true))
  t.strictSame(asked, [['r', 'o']])
  for (const [claims, answer] of [[{}, true], [{ org_id: 5 }, true], [{ org_id: 'o' }, 'yes'], [{ org_id: 'o' },
    false]]) {
    await t.rejects(found({ enterprise: true }, claims as object, allow(answer)),
      { code: 'organization_token_validation_error', message: /not allowed here/ })
  }
})
