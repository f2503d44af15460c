defmodule Mix.Tasks.Thumbnailer.Batch do
  @shortdoc "Makes thumbnails of whole trees of images"

  @moduledoc """
  Makes thumbnails of whole trees of images.

  #{Thumbnailer.Batch.CLI.text()}
  """

  use Mix.Task

  @requirements ["app.config"]

  @impl true
  def run(arguments), do: Thumbnailer.Batch.CLI.main(arguments)
end
