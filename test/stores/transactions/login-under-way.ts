/** A login under way, with the least that it holds. */
export function loginUnderWay (state: string, createdAt: number, more: object = {}) {
  return {
    kind: 'login',
    state,
    nonce: 'n',
    codeVerifier: 'v',
    redirectUri: 'r',
    domain: 'd',
    issuer: 'https://d/',
    createdAt,
    ...more
  }
}
