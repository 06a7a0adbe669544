import { invalidBody } from './endpoint.js'

/** The fields of a `multipart/form-data` body; of files the text. @see RFC 7578 */
export function readMultipart (contentType: string, text: string): Record<string, string> {
  const boundary = /boundary="?([^";]+)"?/u.exec(contentType)?.[1]
  if (boundary === undefined) throw invalidBody('multipart/form-data expected')
  const parts = text.split(`--${boundary}`).slice(1, -1)
  return Object.fromEntries(parts.map(part => {
    const end = part.indexOf('\r\n\r\n')
    return [/name="([^"]*)"/u.exec(part.slice(0, end))?.[1] ?? '', part.slice(end + 4, -2)]
  }))
}
