// The update rules of torch.optim, line by line, in float64.

export interface Sgd {
  lr: number;
  momentum: number;
  dampening: number;
  weightDecay: number;
  nesterov: boolean;
}

export function sgd(param: Float64Array, grads: ArrayLike<number>[], o: Sgd): void {
  let buffer: Float64Array<ArrayBuffer> | null = null;
  for (const grad of grads) {
    const d = Float64Array.from(param, (p, i) => grad[i] + o.weightDecay * p);
    let step = d;
    if (o.momentum !== 0) {
      const old: Float64Array<ArrayBuffer> | null = buffer;
      buffer = d.map((g, i) => (old ? o.momentum * old[i] + (1 - o.dampening) * g : g));
      const velocity = buffer;
      step = o.nesterov ? d.map((g, i) => g + o.momentum * velocity[i]) : velocity;
    }
    for (let i = 0; i < param.length; i++) param[i] -= o.lr * step[i];
  }
}

export interface AdamRule {
  lr: number;
  betas: [number, number];
  eps: number;
  weightDecay: number;
  decoupled: boolean;
  amsgrad?: boolean;
}

export function adam(
  param: Float64Array,
  grads: ArrayLike<number>[],
  { lr, betas: [beta1, beta2], eps, weightDecay, decoupled, amsgrad }: AdamRule,
): void {
  const m = new Float64Array(param.length);
  const v = new Float64Array(param.length);
  const most = new Float64Array(param.length);
  grads.forEach((grad, step) => {
    const t = step + 1;
    for (let i = 0; i < param.length; i++) {
      if (decoupled) param[i] *= 1 - lr * weightDecay;
      const g = grad[i] + (decoupled ? 0 : weightDecay * param[i]);
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      most[i] = Math.max(most[i], v[i]);
      const denominator = Math.sqrt(amsgrad ? most[i] : v[i]) / Math.sqrt(1 - beta2 ** t) + eps;
      param[i] -= (lr / (1 - beta1 ** t)) * (m[i] / denominator);
    }
  });
}

export interface RMSpropRule {
  lr: number;
  alpha: number;
  eps: number;
  momentum: number;
  centered: boolean;
  weightDecay: number;
}

export function rmsprop(param: Float64Array, grads: ArrayLike<number>[], o: RMSpropRule): void {
  const square = new Float64Array(param.length);
  const mean = new Float64Array(param.length);
  const velocity = new Float64Array(param.length);
  for (const grad of grads) {
    for (let i = 0; i < param.length; i++) {
      const g = grad[i] + o.weightDecay * param[i];
      square[i] = o.alpha * square[i] + (1 - o.alpha) * g * g;
      mean[i] = o.alpha * mean[i] + (1 - o.alpha) * g;
      const root = Math.sqrt(square[i] - (o.centered ? mean[i] ** 2 : 0)) + o.eps;
      velocity[i] = o.momentum * velocity[i] + g / root;
      param[i] -= o.lr * velocity[i];
    }
  }
}
