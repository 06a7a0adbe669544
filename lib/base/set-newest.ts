/** Sets an entry of a map as its newest. The oldest goes where there would be more than `most`. */
export function setNewest<K, V> (map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key)
  if (map.size >= most) map.delete(map.keys().next().value!)
  map.set(key, value)
}
