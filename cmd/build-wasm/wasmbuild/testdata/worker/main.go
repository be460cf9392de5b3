// Command worker stands in for the node where only the build is looked at.
package main

import "fmt"

func main() { fmt.Println("started") }
