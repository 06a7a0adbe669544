/** Variables of the environment; all that are missing are named at once. */
export function environment<const T extends readonly string[]> (...names: T): Record<T[number], string> {
  const missing = names.filter(name => !process.env[name])
  if (missing.length > 0) {
    console.error(`Please set ${missing.join(', ')}.`)
    process.exit(1)
  }
  return Object.fromEntries(names.map(name => [name, process.env[name]])) as Record<T[number], string>
}
