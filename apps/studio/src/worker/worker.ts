import { serve } from "./rpc";
import { Trainer } from "./trainer";

serve(new Trainer());
