import { TRANSPORTS } from './kratos-malformed-transports.ts';
import { describeTrials } from './kratos-malformed-trial.ts';

describeTrials(TRANSPORTS);
