declare module "aws4" {
  export interface SignOptions {
    host: string;
    method: string;
    path: string;
    service: string;
    region: string;
    signQuery?: boolean;
    headers?: Record<string, string>;
    body?: string;
  }
  export interface Keys {
    accessKeyId: string;
    secretAccessKey: string;
  }
  const aws4: { sign(options: SignOptions, keys: Keys): SignOptions };
  export default aws4;
}
