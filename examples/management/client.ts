import { ManagementClient } from 'fastify-auth0/management'
import { environment } from '../environment.js'

const env = environment('AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET')

/** The examples' client: of a machine-to-machine application that may use the Management API. */
export const management = new ManagementClient({
  domain: env.AUTH0_DOMAIN,
  clientId: env.AUTH0_CLIENT_ID,
  clientSecret: env.AUTH0_CLIENT_SECRET
})
