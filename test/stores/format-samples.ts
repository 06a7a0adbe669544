import type { Transaction } from '../../types/stores.js'

/** A login under way, as it is kept. */
export const transaction = {
  kind: 'login',
  state: 's',
  nonce: 'n',
  codeVerifier: 'v',
  redirectUri: 'https://app.example.com/auth/callback',
  domain: 'acme.eu.auth0.com',
  issuer: 'https://acme.eu.auth0.com/',
  createdAt: 1
} satisfies Transaction

/** A value as the bytes that a cookie's seal holds. */
export const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))
