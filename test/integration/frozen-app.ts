/** A child process of lambda.test.ts: an application without a server, as on AWS Lambda, that answers over IPC. */
import fastify from 'fastify'
import fastifyAuth0 from '../../lib/index.js'

const app = fastify({ pluginTimeout: 0 })
await app.register(fastifyAuth0, {
  domain: process.env.TENANT!,
  clientId: 'client-1',
  clientSecret: 'a secret',
  appBaseUrl: 'http://localhost:3000',
  sessionSecret: 'a session secret of enough characters'
})
await app.ready()

const call = async (): Promise<string> => {
  try {
    return (await app.auth0.getTokenByRefreshToken({ refreshToken: 'refresh-1' })).accessToken
  } catch (error) {
    const { code, message } = error as { code?: string, message: string }
    return `${code}: ${message}`
  }
}
process.on('message', () => {
  call().then(answer => process.send!(answer), error => { throw error })
})
process.send!('ready')
