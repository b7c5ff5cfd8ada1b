<?php
// The original system's contract with PHP's SoapClient. Usage: php front-end.php http://host:port/FrontEnd?wsdl
ini_set('soap.wsdl_cache_enabled', '0');
$client = new SoapClient($argv[1], ['cache_wsdl' => WSDL_CACHE_NONE]);
$client->sayHello('MTLA1234');
echo $client->receiveRequestFromClient('MTLA1234', 'Physician', 'MTLE210422', 2, '', 1), "\n";
echo $client->receiveRequestFromClient('MTLA1234', 'Physician', 'MTLM210422', 2, '', 1), "\n";
echo $client->receiveRequestFromClient('MTLP1234', 'Physician', 'MTLE210422', 0, '', 1), "\n";
echo $client->receiveRequestForSwap('MTLP1234', 'Physician', 'MTLE210422', 'Physician', 'MTLM210422', '', 4), "\n";
echo $client->receiveRequestFromClient('MTLP1234', '', 'MTLM210422', 0, '', 2), "\n";
echo $client->receiveRequestFromClient('MTLP1234', 'Physician', 'MTLE210422', 2, '', 9), "\n";

// Null and 0 for arguments that are not used, and ids and types as people type them. PHP sends a missing argument as an empty element.
echo $client->receiveRequestFromClient(' mtlp1234', null, null, null, null, 3), "\n";
echo $client->receiveRequestFromClient('mtla1234', 'physician ', '', 0, '', 3), "\n";
echo $client->receiveRequestFromClient('MTLA1234', 'SURGEON', 'mtlm210422'), "\n";
