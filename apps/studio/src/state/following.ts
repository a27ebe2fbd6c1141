/**
 * Asks for the newest only: while an answer is awaited, of all that is asked in between the last one is asked next.
 */
export class Following<Question, Answer> {
  private next: { readonly question: Question } | undefined;
  private isAsking = false;

  constructor(
    private readonly ask: (question: Question) => Promise<Answer>,
    private readonly onAnswer: (answer: Answer, question: Question) => void,
    private readonly onFault: (thrown: unknown) => void,
  ) {}

  /** Asks, now or as soon as the answer before is there. */
  async follow(question: Question): Promise<void> {
    this.next = { question };
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.next) {
      const { question: asked } = this.next;
      this.next = undefined;
      try {
        this.onAnswer(await this.ask(asked), asked);
      } catch (thrown) {
        this.onFault(thrown);
      }
    }
    this.isAsking = false;
  }
}
