// A program of its own: imports an exported module by its URL, and prints as JSON what its self-test finds.
const own = await import(process.argv[2]!);
console.log(JSON.stringify(own.selfTest()));

export {};
