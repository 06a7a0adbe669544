/** A point in time for a `<time>` element. */
export interface Moment {
  iso: string
  text: string
}

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** Writes epoch seconds for people and for machines. */
export function moment (epochSeconds: number): Moment {
  const date = new Date(epochSeconds * 1000)
  return { iso: date.toISOString(), text: format.format(date) }
}
