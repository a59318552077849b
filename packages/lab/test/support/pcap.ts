/** The frames of a pcap file: pcap-savefile(5). */
export function framesOf(file: Buffer): Buffer[] {
  if (file.readUInt32LE(0) !== 0xa1b23c4d) throw new Error('no pcap file with nanoseconds')
  if (file.readUInt32LE(20) !== 1) throw new Error('not of ethernet')
  const frames: Buffer[] = []
  for (let at = 24; at < file.length; ) {
    const length = file.readUInt32LE(at + 8)
    frames.push(file.subarray(at + 16, at + 16 + length))
    at += 16 + length
  }
  return frames
}
