/**
 * Scripts over one key each. Times are epoch seconds of the application's clock; `PEXPIRE` gets what is left of them,
 * so that Redis' own clock does not matter.
 * @see https://redis.io/docs/latest/develop/programmability/eval-intro/
 */

/** ARGV: milliseconds to live, then fields and values. */
export const CREATE = `
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1`

/**
 * ARGV: the version expected, now, milliseconds to live, then fields and values, the value and the version first. What
 * is there already was written by the same call, whose reply was lost.
 */
export const UPDATE = `
local kept = redis.call('HMGET', KEYS[1], 'version', 'expiresAt', 'value')
if kept[1] == ARGV[7] and kept[3] == ARGV[5] then return 1 end
if kept[1] ~= ARGV[1] or tonumber(kept[2]) <= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`

/** ARGV: now, milliseconds to live, the new end. */
export const TOUCH = `
local ends = redis.call('HGET', KEYS[1], 'expiresAt')
if not ends or tonumber(ends) <= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'expiresAt', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`

/** Fields as the primary has them: clients may send a plain read to a replica, which lags. ARGV: the fields. */
export const READ = `
return redis.call('HMGET', KEYS[1], unpack(ARGV))`

/**
 * ARGV: the fields that are wanted, joined by blanks, then fields and the values they must have. Gives what the deleted
 * entry had.
 */
export const DELETE_IF = `
for i = 2, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then return {} end
end
local wanted = {}
for field in string.gmatch(ARGV[1], '%S+') do wanted[#wanted + 1] = field end
local had = redis.call('HMGET', KEYS[1], unpack(wanted))
redis.call('DEL', KEYS[1])
return had`

/**
 * An index is a sorted set of session keys by end. ARGV: now, the member, its end. It lives as long as its last member.
 */
export const INDEX_ADD = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
local known = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not known or tonumber(known) < tonumber(ARGV[3]) then redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2]) end
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], math.ceil((tonumber(last[2]) - tonumber(ARGV[1])) * 1000))
return 1`

/** ARGV: now. Gives nil for an index that is not there: it never was, its end has come, or it was evicted. */
export const INDEX_LIST = `
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf')`

/**
 * ARGV: the member, now. An index outlives its last member up to its end, with an empty name in it: it says that there
 * are no sessions, where a missing one says nothing.
 */
export const INDEX_REMOVE = `
local left = redis.call('PTTL', KEYS[1])
local removed = redis.call('ZREM', KEYS[1], ARGV[1])
if left > 0 and redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('ZADD', KEYS[1], tonumber(ARGV[2]) + left / 1000, '')
  redis.call('PEXPIRE', KEYS[1], left)
end
return removed`

/**
 * ARGV: the token, the lease in milliseconds. Who asks again with the token has it: clients repeat what a broken
 * connection lost.
 */
export const LOCK = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0`

/** ARGV: the token. */
export const UNLOCK = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

/** Keeps the later of two revocations, for the longer of two lives. ARGV: the moment, milliseconds to live. */
export const REVOKE = `
local known = redis.call('GET', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
local latest = ARGV[1]
if known and tonumber(known) > tonumber(latest) then latest = known end
redis.call('SET', KEYS[1], latest, 'PX', math.max(left, tonumber(ARGV[2])))
return 1`

/** As the primary has it. */
export const REFRESH_GET = `
return redis.call('GET', KEYS[1])`

/** ARGV: the value, milliseconds to live. */
export const REFRESH_SET = `
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`
