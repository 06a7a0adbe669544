import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type Settings } from '../start.js'

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, settings)

  app.post<{ Body: { email: string } }>('/code', async request => {
    await request.auth0.passwordless.start({ connection: 'email', email: request.body.email })
    return { message: 'We have sent you a code.' }
  })

  app.post<{ Body: { email: string, code: string } }>('/code/verify', async request => {
    const { email, code } = request.body
    const { session } = await request.auth0.passwordless.verify({
      connection: 'email',
      email,
      verificationCode: code
    })
    return { name: session.user.name }
  })

  app.post<{ Body: { phoneNumber: string } }>('/sms', async request => {
    await request.auth0.passwordless.start({ connection: 'sms', phoneNumber: request.body.phoneNumber })
    return { message: 'We have sent you a text message.' }
  })

  app.post<{ Body: { phoneNumber: string, code: string } }>('/sms/verify', async request => {
    const { phoneNumber, code } = request.body
    const { session } = await request.auth0.passwordless.verify({
      connection: 'sms',
      phoneNumber,
      verificationCode: code
    })
    return { name: session.user.name }
  })

  app.post<{ Body: { email: string } }>('/link', async request => {
    await request.auth0.passwordless.start({
      connection: 'email',
      email: request.body.email,
      send: 'link',
      returnTo: '/'
    })
    return { message: 'We have sent you a link.' }
  })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => ({ name: request.auth0.user.name }))
  return app
}

await start(import.meta.url, build)
