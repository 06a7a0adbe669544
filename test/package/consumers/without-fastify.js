import assert from 'node:assert/strict'
import { AuthenticationClient, TokenVerifier } from 'fastify-auth0/authentication'
import { ManagementClient } from 'fastify-auth0/management'
import { MemorySessionStore } from 'fastify-auth0/stores'

await assert.rejects(import('fastify'), { code: 'ERR_MODULE_NOT_FOUND' })
for (const name of [AuthenticationClient, TokenVerifier, ManagementClient, MemorySessionStore]) {
  assert.equal(typeof name, 'function')
}
