defmodule Thumbnailer.Batch.Input.KindTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.Input.Kind
end
