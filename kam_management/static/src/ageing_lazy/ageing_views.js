import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { pivotView } from "@web/views/pivot/pivot_view";
import { PivotRenderer } from "@web/views/pivot/pivot_renderer";

import { AgeingControl } from "@kam_management/ageing/ageing";

// Odoo loads pivots and graphs when the first is opened, and so these with them.

export class AgeingPivotRenderer extends PivotRenderer {
    static template = "kam_management.AgeingPivotRenderer";
    static components = { ...PivotRenderer.components, AgeingControl };

    get asked() {
        return this.model.searchParams.context.kam_ageing || {};
    }
}

export class AgeingGraphRenderer extends GraphRenderer {
    static template = "kam_management.AgeingGraphRenderer";
    static components = { ...GraphRenderer.components, AgeingControl };

    get asked() {
        return this.model.searchParams.context.kam_ageing || {};
    }
}

const views = registry.category("views");
views.add("kam_ageing_pivot", { ...pivotView, Renderer: AgeingPivotRenderer });
views.add("kam_ageing_graph", { ...graphView, Renderer: AgeingGraphRenderer });
