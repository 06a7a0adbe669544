import type { FastifyReply } from 'fastify'
import { connectionNames } from './request-headers.js'

/**
 * What an upstream must not say on the application's origin: cookies, logins and sessions, rules for the whole origin,
 * what belongs to its own connection, and what a server in front of us takes for a command.
 */
const DROPPED = new Set(['accept-ch', 'activate-storage-access', 'alt-svc', 'authentication-info', 'clear-site-data',
  'connection', 'critical-ch', 'dpop-nonce', 'expect-ct', 'keep-alive', 'nel', 'origin-agent-cluster', 'p3p',
  'public-key-pins', 'public-key-pins-report-only', 'refresh', 'report-to', 'reporting-endpoints',
  'sec-session-registration', 'secure-session-registration', 'sec-session-challenge', 'secure-session-challenge',
  'service-worker-allowed', 'set-cookie', 'set-cookie2', 'set-login', 'speculation-rules',
  'strict-transport-security', 'te', 'timing-allow-origin', 'trailer', 'transfer-encoding', 'upgrade',
  'www-authenticate', 'x-lighttpd-send-file', 'x-reproxy-url', 'x-sendfile'])
const DROPPED_KINDS = /^(?:access-control-|proxy-|x-accel-(?!buffering$))/
const UNFIT = /[^\t\x20-\x7e\x80-\xff]/g

/** Copies an upstream's headers to the reply, without those that are not for the browser. */
export function copyHeaders (reply: FastifyReply, given: Record<string, string | string[] | undefined>,
  location: (value: string) => string): void {
  const named = connectionNames(given.connection)
  for (const name in given) {
    const value = given[name]
    if (value === undefined || DROPPED.has(name) || DROPPED_KINDS.test(name) || named?.includes(name) === true) continue
    reply.header(name, name === 'location' ? location(fit(value)) : Array.isArray(value) ? value.map(fit) : fit(value))
  }
  // The upstream has seen a token, which keeps an answer out of shared caches; what we were sent is a cookie.
  if (given['cache-control'] === undefined) reply.header('cache-control', 'private')
}

/** Without characters that Node.js does not send. */
function fit (value: string | string[]): string {
  return String(value).replace(UNFIT, '')
}
