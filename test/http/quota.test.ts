import t from 'tap'
import { parseQuota, quotaDelay } from '../../lib/http/quota.js'

t.test('quota headers', async t => {
  t.strictSame(parseQuota('b=per_hour;q=100;r=0;t=1800,b=per_day; q=1000; r=40; t=3600'), [
    { bucket: 'per_hour', limit: 100, remaining: 0, resetAfter: 1800 },
    { bucket: 'per_day', limit: 1000, remaining: 40, resetAfter: 3600 }
  ])
  t.strictSame(parseQuota('client;q=10;t=1;r=9'), [{ bucket: '', limit: 10, remaining: 9, resetAfter: 1 }])
  for (const broken of [undefined, '', 'b=per_hour', 'b=per_hour;q=x;r=0;t=1', 'q=1;r=;t']) {
    t.strictSame(parseQuota(broken).filter(({ limit }) => limit !== 1), [])
  }
  t.equal(quotaDelay({}), undefined)
  t.equal(quotaDelay({ 'auth0-client-quota-limit': 'b=per_hour;q=1;r=1;t=5' }), undefined)
  t.equal(
    quotaDelay({
      'auth0-client-quota-limit': 'b=per_hour;q=1;r=0;t=5',
      'auth0-organization-quota-limit': 'b=per_day;q=1;r=0;t=50'
    }),
    50
  )
})

t.test('quotas', async t => {
  for (const name of ['auth0-client-quota-limit', 'auth0-organization-quota-limit', 'auth0-ratelimit']) {
    t.equal(quotaDelay({ [name]: 'b=x;q=1;r=0;t=5,b=y;q=1;r=0;t=9,b=z;q=1;r=1;t=20' }), 9, name)
  }
  t.strictSame(parseQuota('q=1;r=1'), [])
  t.strictSame(parseQuota('q=1;t=1'), [])
  t.strictSame(parseQuota('r=1;t=1'), [])
  t.strictSame(parseQuota('b=a=b;q=1;r=2;t=3'), [{ bucket: 'a', limit: 1, remaining: 2, resetAfter: 3 }])
})
