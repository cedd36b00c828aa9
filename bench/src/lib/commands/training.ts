import { measureTraining } from '../training/measure-training.ts';
import { comparison } from './comparison-command.ts';

export const training = comparison(
  { name: 'training', description: 'speed of training, densities and samples beside other libraries' },
  '20',
  measureTraining,
);
