// Loaded before Heddle with `node --require`: a JavaScript engine whose WebAssembly has no relaxed SIMD.
const { validate } = WebAssembly;
const RELAXED_MADD = Buffer.from([0xfd, 0x85, 0x02]);

WebAssembly.validate = (bytes) => !Buffer.from(bytes).includes(RELAXED_MADD) && validate(bytes);
