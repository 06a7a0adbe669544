/**
 * What this package uses of `node:crypto`. An `import` of the module itself reads all of its names, and one of them
 * loads WebCrypto: some 9 ms of every start, whether or not anybody needs it.
 */
export const {
  constants, createCipheriv, createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey,
  createSecretKey, createVerify, hkdfSync, KeyObject: { from: keyObjectOf }, randomBytes, randomFillSync, randomUUID,
  timingSafeEqual, verify, X509Certificate
} = process.getBuiltinModule('node:crypto')
