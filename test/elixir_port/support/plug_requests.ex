defmodule Thumbnailer.PlugRequests do
  @moduledoc false
  # Requests to a plug with the samples.

  import Plug.Conn, only: [request: 2]
  import Thumbnailer.Fixtures, only: [root: 1]

  @sizes [small: 60, card: {{40, 40}, fit: :cover, format: :png}]

  def plug(opts \\ []) do
    Thumbnailer.Plug.init(
      [at: "/thumbs", root: root("samples/images"), sizes: @sizes]
      |> Keyword.merge(opts)
    )
  end

  def get(address, opts \\ [], headers \\ []),
    do: address |> request(headers) |> Thumbnailer.Plug.call(plug(opts))
end
