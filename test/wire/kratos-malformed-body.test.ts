import { BODIES } from './kratos-malformed-bodies.ts';
import { describeTrials } from './kratos-malformed-trial.ts';

describeTrials(BODIES);
