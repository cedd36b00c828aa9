import type { Frame } from '../../live/protocol.ts';
import { FramePace } from './frame-pace.ts';
import type { Panel } from './panel.ts';
import { sketchWindow } from './sketch.ts';
import { type Scene, Stage } from './stage.ts';

const emptyScene: Scene = {
  frame: null,
  data: new Float32Array(),
  window: sketchWindow,
  at: 0,
  shows: { data: true, samples: true, grid: false },
};

/** The picture of the landing widget: the canvas that takes the place of what the build drew, what stands on it, and when it is drawn. */
export class Picture {
  readonly stage: Stage;
  readonly #panel: Panel;
  readonly #pace = new FramePace();
  #scene: Scene = emptyScene;

  constructor(panel: Panel) {
    this.#panel = panel;
    this.stage = new Stage(panel.find('canvas'));
  }

  /** The newest of the flow, `null` before there is one. */
  get frame(): Frame | null {
    return this.#scene.frame;
  }

  /** Changes what is drawn next. */
  show(changed: Partial<Scene>): void {
    this.#scene = { ...this.#scene, ...changed };
  }

  /** Forgets the flow and its data. Where the slider stands, and what is to be seen, stays. */
  forget(): void {
    const { at, shows } = this.#scene;
    this.#scene = { ...emptyScene, at, shows };
  }

  /** Calls once when it is time for the next frame, however often it is asked to. */
  soon(call: () => void): void {
    this.#pace.soon(call);
  }

  draw(): void {
    this.stage.draw(this.#scene);
  }

  /** Nothing is drawn any more. */
  end(): void {
    this.#pace.end();
  }

  /** The canvas takes the place of the picture that was drawn when the site was built. */
  reveal(): HTMLCanvasElement {
    const canvas = this.#panel.find<HTMLCanvasElement>('canvas');
    canvas.hidden = false;
    this.#panel.find('.landing-picture').classList.add('has-canvas');
    return canvas;
  }

  /** The picture of the build, as before anything was drawn or trained. */
  conceal(): void {
    this.#panel.find('canvas').hidden = true;
    this.#panel.find('.landing-picture').classList.remove('has-canvas');
  }
}
