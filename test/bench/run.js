/**
 * `npm run build && npm run bench [-- page devices stores tokens login cold-login refresh import authentication
 * management proxy]`
 *
 * Ratios of one run, the variants interleaved; nothing here passes or fails on time.
 */
const SECTIONS = ['page', 'devices', 'stores', 'tokens', 'login', 'cold-login', 'refresh', 'import', 'authentication',
  'management', 'proxy']

const asked = process.argv.slice(2)
for (const section of asked.length === 0 ? SECTIONS : asked) {
  if (!/^[a-z-]+$/.test(section)) throw new Error(`unknown section: ${section}`)
  const { run } = await import(`./${section}.js`)
  await run()
}
