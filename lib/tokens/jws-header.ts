/** The members of a JOSE header that count here. */
export interface JwsHeader {
  alg: string
  kid?: string
  typ?: string
  crit?: string[]
}
