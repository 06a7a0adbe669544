import fc from 'fast-check'

/** One rule that holds for any input, and how inputs are made. */
export interface Fuzzer {
  name: string
  property: fc.IRawProperty<unknown>
  /** Inputs in the gate, if not as many as for the others. */
  runs?: number
  close?: () => Promise<void>
}

/** A fuzzer of a rule that is asked synchronously. */
export function fuzzer<Ts extends [unknown, ...unknown[]]> (name: string,
  inputs: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> }, holds: (...input: Ts) => boolean | void): Fuzzer {
  return { name, property: fc.property<Ts>(...inputs, holds) as fc.IRawProperty<unknown> }
}

/** A fuzzer of a rule that waits. */
export function asyncFuzzer<Ts extends [unknown, ...unknown[]]> (name: string,
  inputs: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> }, holds: (...input: Ts) => Promise<boolean | void>): Fuzzer {
  return { name, property: fc.asyncProperty<Ts>(...inputs, holds) as fc.IRawProperty<unknown> }
}

/** Any UTF-16 text, lone surrogates and control characters included. */
export function anyText (maxLength: number): fc.Arbitrary<string> {
  return fc.uint16Array({ maxLength }).map(units => String.fromCharCode(...units))
}

/** Texts of these parts in any order, with something of any kind between them: near what a parser expects. */
export function textOf (parts: readonly string[], maxLength = 12): fc.Arbitrary<string> {
  const part = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...parts) }, { weight: 1, arbitrary: anyText(3) })
  return fc.array(part, { maxLength }).map(all => all.join(''))
}
