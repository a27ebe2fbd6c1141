/** The plain twin of ReLU: its value and its slope at one number. */
export const reluReference = {
  value: (x: number) => Math.max(0, x),
  slope: (x: number) => (x > 0 ? 1 : 0),
};
