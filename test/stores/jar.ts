/** Cookies of one browser; what is written is there at once. */
export class Jar {
  readonly cookies = new Map<string, string>()
  readonly written: [name: string, attributes: object][] = []
  readonly cleared: string[] = []
  writable = true
  secure = true
  host = 'app.example.com'
  bytes = 0

  constructor (cookies: Record<string, string> = {}) {
    for (const [name, value] of Object.entries(cookies)) this.cookies.set(name, value)
  }

  get (name: string): string | undefined { return this.cookies.get(name) }
  entries (prefix: string): [string, string][] { return [...this.cookies].filter(([name]) => name.startsWith(prefix)) }
  family (name: string): [string, string][] {
    return this.entries(name).filter(([cookie]) => cookie === name || cookie.startsWith(`${name}.`))
  }

  names (prefix: string): string[] { return this.entries(prefix).map(([name]) => name) }
  set (name: string, value: string, attributes: object): void {
    this.cookies.set(name, value)
    this.written.push([name, attributes])
  }

  clear (name: string, attributes?: object): void {
    this.cookies.delete(name)
    this.cleared.push(attributes === undefined ? name : `${name} ${JSON.stringify(attributes)}`)
  }
}

/** Seals nothing: what it opens is what it has made. */
export const sealer = {
  seal: (text: string | Buffer) => `s.${Buffer.from(text).toString('base64url')}`,
  open: (value: string) => value.startsWith('s.') ? Buffer.from(value.slice(2), 'base64url') : undefined
} as never
