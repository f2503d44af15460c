defmodule Thumbnailer.Batch.CLI.TimeTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.CLI.Time
end
